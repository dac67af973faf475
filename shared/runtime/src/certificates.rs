//! The root certificates that the environment names.

use std::{ffi::OsString, path::Path, sync::OnceLock};

use policy::Failure;
use tokio_rustls::rustls::RootCertStore;

/// The variable that names a file with root certificates, instead of those of the machine.
const VARIABLE: &str = "SSL_CERT_FILE";

/// Checks that the file in `SSL_CERT_FILE`, if it is set, has root certificates. Without them no connection can be opened,
/// and the AWS SDK says no more of it than that the connection failed.
///
/// # Errors
/// Permanent, naming the variable and the file.
///
/// # Repeating
/// A file that was found right is not read again.
pub fn check() -> Result<(), Failure> {
    static CHECKED: OnceLock<()> = OnceLock::new();
    if CHECKED.get().is_none() {
        check_file(std::env::var_os(VARIABLE))?;
        CHECKED.get_or_init(|| ());
    }
    Ok(())
}

fn check_file(file: Option<OsString>) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    let mut read = rustls_native_certs::load_certs_from_paths(Some(Path::new(&file)), None);
    // Clients leave out a certificate that cannot be read, and use the others.
    if RootCertStore::empty().add_parsable_certificates(read.certs).0 > 0 {
        return Ok(());
    }
    let why = read.errors.pop().map_or_else(|| "it contains no root certificate".to_owned(), |error| error.to_string());
    let file = file.display();
    Err(Failure::permanent(format!("the root certificates in {file}, which {VARIABLE} names, cannot be used: {why}"))
        .with_next_step(format!(
            "Set {VARIABLE} to a PEM file of root certificates, or remove it from the environment"
        )))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use policy::Class;

    use super::*;

    const NO_BASE64: &str = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    const NO_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_file_that_is_missing_or_has_no_certificate_is_named_with_its_variable() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("missing", None),
            ("empty", Some("")),
            ("no-pem", Some("text")),
            ("no-base64", Some(NO_BASE64)),
            ("no-certificate", Some(NO_CERTIFICATE)),
        ] {
            let file = folder.path().join(name);
            if let Some(text) = text {
                fs::write(&file, text).unwrap();
            }
            let failure = check_file(Some(file.clone().into_os_string())).unwrap_err();
            assert_eq!(failure.class(), Class::Permanent, "{name}");
            for said in [VARIABLE, file.to_str().unwrap()] {
                assert!(failure.to_string().contains(said), "{failure}");
            }
        }
    }

    #[test]
    fn a_file_with_one_good_certificate_among_broken_ones_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roots.pem");
        let good = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        fs::write(&file, format!("{NO_CERTIFICATE}{good}{NO_BASE64}")).unwrap();
        check_file(Some(file.into_os_string())).unwrap();
    }

    #[test]
    fn without_the_variable_nothing_is_checked() {
        check_file(None).unwrap();
    }
}
