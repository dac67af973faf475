//! One script for each behaviour that the product or its tests rely on.

mod clients;
mod data;
mod login;
mod persistence;
mod requirepass;
mod rights;
mod sentinel;
mod transactions;
mod users;

use crate::script::SetUp;

/// A test for each script: it runs with these set-ups.
macro_rules! scripts {
    ($($name:ident in $set_ups:expr => $script:literal)*) => {$(
        #[test]
        fn $name() {
            for set_up in $set_ups {
                let steps = $crate::script::steps($script);
                $crate::both::run(set_up, &steps).unwrap_or_else(|difference| panic!("{difference}"));
            }
        }
    )*};
}
use scripts;

const FILE: [SetUp; 1] = [SetUp::ConfigFile];
const ACL: [SetUp; 1] = [SetUp::AclFile];
const SENTINEL: [SetUp; 1] = [SetUp::Sentinel];
const ALL: [SetUp; 3] = [SetUp::ConfigFile, SetUp::AclFile, SetUp::CommandLine];
