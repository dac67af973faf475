//! Reads a file in chunks, from its header to its trailer.

use crate::{
    checksum::{Checksum, Running},
    error::{Error, ErrorKind},
    header::{self, Format},
    item::{self, Item},
    machine::Machine,
    summary::{Count, Summary},
    token::{self, Source},
};

/// Reads one file.
#[derive(Debug)]
pub struct Reader {
    state: State,
    source: Source,
    machine: Machine,
    checksum: Running,
    count: Count,
}

/// What is read next.
#[derive(Clone, Debug)]
enum State {
    Header,
    Opcode(Format),
    /// What the opcode began.
    Item(Format, Item),
    /// The checksum, which does not cover itself.
    Trailer(Format),
    /// Nothing: the file has ended.
    End(Format, Checksum),
    /// Nothing: the file is refused.
    Failed(Error),
}

impl Reader {
    /// A reader at the beginning of a file.
    pub fn new() -> Self {
        Self {
            state: State::Header,
            source: Source::default(),
            machine: Machine::default(),
            checksum: Running::new(),
            count: Count::default(),
        }
    }

    /// Reads a chunk of any size. Returns how many of its bytes belong to the file: fewer than it has, if the file ends in it.
    ///
    /// # Errors
    /// The file is refused. Every later call returns the same error.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<usize, Error> {
        let mut rest = chunk;
        while let Some(next) = self.advance(&mut rest).inspect_err(|error| self.state = State::Failed(error.clone()))? {
            self.state = next;
            if matches!(self.state, State::Trailer(_)) {
                self.checksum.update(&chunk[..chunk.len() - rest.len()]);
            }
        }
        if !matches!(self.state, State::Trailer(_) | State::End(..)) {
            self.checksum.update(chunk);
        }
        Ok(chunk.len() - rest.len())
    }

    /// Whether the file has ended. Further bytes do not belong to it.
    pub fn is_complete(&self) -> bool {
        matches!(self.state, State::End(..))
    }

    /// Returns what the file holds.
    ///
    /// # Errors
    /// The file is refused, or has not ended.
    pub fn finish(self) -> Result<Summary, Error> {
        let missing = match self.state {
            State::End(format, checksum) => {
                return Ok(self.count.into_summary(format, checksum, self.source.offset()));
            }
            State::Failed(error) => return Err(error),
            State::Header => "a header",
            State::Opcode(_) => "an opcode or a type of a value",
            State::Item(_, Item::Key(_)) => "the rest of a key and its value",
            State::Item(..) => "the rest of a field",
            State::Trailer(_) => "a checksum",
        };
        Err(Error { offset: self.source.offset(), kind: ErrorKind::Truncated(missing) })
    }

    /// Reads what is next. Returns what follows it; `None` if more bytes are needed, or the file has ended.
    fn advance(&mut self, chunk: &mut &[u8]) -> Result<Option<State>, Error> {
        match self.state.clone() {
            State::Header => Ok(self.source.token(chunk, header::parse)?.map(State::Opcode)),
            State::Opcode(format) => self.opcode(format, chunk),
            State::Item(format, item) => self.item(format, item, chunk),
            State::Trailer(format) => self.trailer(format, chunk),
            State::End(..) => Ok(None),
            State::Failed(error) => Err(error),
        }
    }

    fn opcode(&mut self, format: Format, chunk: &mut &[u8]) -> Result<Option<State>, Error> {
        let Some(opcode) = self.source.token(chunk, token::byte)? else { return Ok(None) };
        let (item, layouts) =
            item::item(format, opcode).ok_or_else(|| self.source.error(ErrorKind::UnknownOpcode(opcode)))?;
        self.machine.begin(layouts);
        Ok(Some(State::Item(format, item)))
    }

    fn item(&mut self, format: Format, item: Item, chunk: &mut &[u8]) -> Result<Option<State>, Error> {
        if !self.machine.run(&mut self.source, chunk)? {
            return Ok(None);
        }
        match item {
            Item::End if format.has_checksum() => return Ok(Some(State::Trailer(format))),
            Item::End => return Ok(Some(State::End(format, Checksum::Absent))),
            Item::Aux => self.count.aux(self.machine.texts()),
            Item::Database => self.count.database(self.machine.length()),
            Item::Function => self.count.function(),
            Item::ModuleAux => self.count.module_aux(),
            Item::Expiry => self.count.expiry(),
            Item::Key(kind) => self.count.key(kind).map_err(|kind| self.source.error(kind))?,
            Item::Other => {}
        }
        Ok(Some(State::Opcode(format)))
    }

    fn trailer(&mut self, format: Format, chunk: &mut &[u8]) -> Result<Option<State>, Error> {
        let Some(stored) = self.source.token(chunk, token::eight_bytes)? else { return Ok(None) };
        let verdict = self.checksum.verdict(stored).map_err(|kind| self.source.error(kind))?;
        Ok(Some(State::End(format, verdict)))
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}
