//! What a file holds, counted item by item.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{aux_field::Aux, checksum::Checksum, error::ErrorKind, header::Format, value::Type};

/// How many databases are counted, so that no file takes more than about 4 MB of memory. Servers have 16, unless told otherwise.
const MOST_DATABASES: usize = 16_384;

/// What a complete file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Its format.
    pub format: Format,
    /// What its writer says about it.
    pub aux: Aux,
    /// Its databases that have keys, by number.
    pub databases: BTreeMap<u64, Database>,
    /// How many libraries of functions it has.
    pub functions: u64,
    /// How many fields of modules it has that belong to no key.
    pub module_aux: u64,
    /// What its checksum tells.
    pub checksum: Checksum,
    /// How many bytes it has. What follows it is not counted.
    pub bytes: u64,
}

/// What a database holds. A server that loads it as a primary leaves out keys that have expired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Database {
    /// How many keys it has.
    pub keys: u64,
    /// How many of them have a time to live, which may be over.
    pub expires: u64,
    /// How many keys of each type it has.
    pub types: BTreeMap<Type, u64>,
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(crate) struct Count {
    aux: Aux,
    databases: BTreeMap<u64, Database>,
    functions: u64,
    module_aux: u64,
    /// The database of the next key.
    database: u64,
    /// Whether the next key has a time to live.
    expires: bool,
}

impl Count {
    pub(crate) fn aux(&mut self, texts: &[Vec<u8>]) {
        if let [name, value] = texts {
            self.aux.record(name, value);
        }
    }

    pub(crate) fn database(&mut self, number: u64) {
        self.database = number;
    }

    pub(crate) fn function(&mut self) {
        self.functions += 1;
    }

    pub(crate) fn module_aux(&mut self) {
        self.module_aux += 1;
    }

    pub(crate) fn expiry(&mut self) {
        self.expires = true;
    }

    pub(crate) fn key(&mut self, kind: Type) -> Result<(), ErrorKind> {
        if self.databases.len() == MOST_DATABASES && !self.databases.contains_key(&self.database) {
            return Err(ErrorKind::TooManyDatabases(MOST_DATABASES));
        }
        let database = self.databases.entry(self.database).or_default();
        database.keys += 1;
        database.expires += u64::from(std::mem::take(&mut self.expires));
        *database.types.entry(kind).or_default() += 1;
        Ok(())
    }

    /// Closes the count.
    pub(crate) fn into_summary(self, format: Format, checksum: Checksum, bytes: u64) -> Summary {
        let Self { aux, databases, functions, module_aux, database: _, expires: _ } = self;
        Summary { format, aux, databases, functions, module_aux, checksum, bytes }
    }
}
