//! The root certificates that the environment names.

use std::{ffi::OsString, path::Path, sync::OnceLock};

use policy::Failure;
use rustls_native_certs::load_certs_from_paths;
use tokio_rustls::rustls::RootCertStore;

/// The variable that names a file with root certificates.
const FILE: &str = "SSL_CERT_FILE";

/// The variable that names folders with root certificates.
const FOLDERS: &str = "SSL_CERT_DIR";

/// Checks that the file and the folders of `SSL_CERT_FILE` and `SSL_CERT_DIR` have root certificates, if one of these is set.
///
/// They replace the root certificates of the machine. Without any, no connection can be opened, and the AWS SDK says no more
/// of it than that the connection failed.
///
/// # Errors
/// Permanent, naming the variable and the path.
///
/// # Repeating
/// Certificates that were found are not read again.
pub fn check() -> Result<(), Failure> {
    static CHECKED: OnceLock<()> = OnceLock::new();
    if CHECKED.get().is_none() {
        check_paths(std::env::var_os(FILE), std::env::var_os(FOLDERS))?;
        CHECKED.get_or_init(|| ());
    }
    Ok(())
}

fn check_paths(file: Option<OsString>, folders: Option<OsString>) -> Result<(), Failure> {
    let mut read = load_certs_from_paths(file.as_deref().map(Path::new), None);
    for folder in folders.iter().flat_map(std::env::split_paths) {
        let of_folder = load_certs_from_paths(None, Some(&folder));
        read.certs.extend(of_folder.certs);
        read.errors.extend(of_folder.errors);
    }
    let named = [(FILE, file), (FOLDERS, folders)].into_iter().filter_map(|(variable, path)| Some((variable, path?)));
    let named: Vec<_> = named.map(|(variable, path)| format!("{variable}={}", path.display())).collect();
    // Clients leave out a certificate that cannot be read, and use the others.
    if named.is_empty() || RootCertStore::empty().add_parsable_certificates(read.certs).0 > 0 {
        return Ok(());
    }
    let named = named.join(" and ");
    let why = read.errors.pop().map_or_else(|| "there is no root certificate".to_owned(), |error| error.to_string());
    Err(Failure::permanent(format!("the root certificates of {named} cannot be used: {why}")).with_next_step(format!(
        "Set {FILE} to a PEM file of root certificates, or remove the variables {FILE} and {FOLDERS} from the environment"
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
            let failure = check_paths(Some(file.clone().into_os_string()), None).unwrap_err();
            assert_eq!(failure.class(), Class::Permanent, "{name}");
            for said in [FILE, file.to_str().unwrap()] {
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
        check_paths(Some(file.into_os_string()), None).unwrap();
    }

    #[test]
    fn a_folder_counts_as_a_file_does() {
        let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let good = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        fs::write(full.path().join("root.pem"), good).unwrap();
        let check = |folders: &[&Path]| check_paths(None, Some(std::env::join_paths(folders).unwrap()));
        check(&[full.path()]).unwrap();
        check(&[empty.path(), full.path()]).unwrap();
        check_paths(Some(empty.path().join("none").into_os_string()), Some(full.path().into())).unwrap();
        let failure = check(&[empty.path()]).unwrap_err();
        assert!(failure.to_string().contains("SSL_CERT_DIR="), "{failure}");
    }

    #[test]
    fn without_the_variables_nothing_is_checked() {
        check_paths(None, None).unwrap();
    }
}
