//! Carries out the steps of a layout.

use crate::{
    error::{Error, ErrorKind},
    length,
    lzf::{self, Compressed},
    step::{Choices, Layout, Step},
    string::{self, Header},
    token::{self, Source},
};

/// The longest string that is kept, in bytes.
const LONGEST_TEXT: u64 = 64;

/// A layout that is being carried out.
#[derive(Debug)]
struct Frame {
    layout: Layout,
    /// The next step.
    next: usize,
    /// How often the layout is still carried out, this time included.
    rounds: u64,
}

/// Carries out layouts, as far as their bytes have arrived.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    /// The layouts, outermost first. It grows as deep as constants contain each other.
    frames: Vec<Frame>,
    /// The step whose token has arrived only in part.
    current: Option<&'static Step>,
    /// How many bytes to skip before anything else.
    skip: u64,
    /// The compressed string that is read before the next step.
    compressed: Option<Compressed>,
    /// Whether the bytes that are skipped belong to the last of `texts`.
    keep: bool,
    /// The strings kept so far.
    texts: Vec<Vec<u8>>,
    /// The length read last.
    length: u64,
}

impl Machine {
    /// Begins with two layouts, one after the other.
    pub(crate) fn begin(&mut self, [first, second]: [Layout; 2]) {
        self.texts.clear();
        self.push(second, 1);
        self.push(first, 1);
    }

    /// Carries on. Returns whether everything has been carried out; if not, it needs more bytes.
    pub(crate) fn run(&mut self, source: &mut Source, chunk: &mut &[u8]) -> Result<bool, Error> {
        while self.skipped(source, chunk) && self.decompressed(source, chunk)? {
            let Some(step) = self.current.take().or_else(|| self.next_step()) else { return Ok(true) };
            if !self.carry_out(step, source, chunk)? {
                self.current = Some(step);
                break;
            }
        }
        Ok(false)
    }

    /// The length read last.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The strings that were kept, each empty if it is too long or compressed.
    pub(crate) fn texts(&self) -> &[Vec<u8>] {
        &self.texts
    }

    fn push(&mut self, layout: Layout, rounds: u64) {
        if rounds > 0 {
            self.frames.push(Frame { layout, next: 0, rounds });
        }
    }

    fn next_step(&mut self) -> Option<&'static Step> {
        loop {
            let frame = self.frames.last_mut()?;
            if let Some(step) = frame.layout.get(frame.next) {
                frame.next += 1;
                return Some(step);
            }
            frame.next = 0;
            frame.rounds -= 1;
            if frame.rounds == 0 {
                self.frames.pop();
            }
        }
    }

    /// Skips what is to be skipped. Returns whether all of it has arrived.
    fn skipped(&mut self, source: &mut Source, chunk: &mut &[u8]) -> bool {
        let skipped = source.take(chunk, usize::try_from(self.skip).unwrap_or(usize::MAX));
        if self.keep
            && let Some(text) = self.texts.last_mut()
        {
            text.extend_from_slice(skipped);
        }
        self.skip -= skipped.len() as u64;
        self.keep &= self.skip > 0;
        self.skip == 0
    }

    /// Reads what is left of a compressed string. Returns whether all of it has arrived.
    fn decompressed(&mut self, source: &mut Source, chunk: &mut &[u8]) -> Result<bool, Error> {
        while let Some(compressed) = &mut self.compressed {
            let Some(instruction) = source.token(chunk, lzf::parse)? else { return Ok(false) };
            self.skip = compressed.count(instruction).map_err(|kind| source.error(kind))?;
            self.compressed.take_if(|compressed| compressed.is_complete());
            if !self.skipped(source, chunk) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Carries out a step. Returns whether its token has arrived.
    fn carry_out(&mut self, step: &'static Step, source: &mut Source, chunk: &mut &[u8]) -> Result<bool, Error> {
        match step {
            Step::Bytes(count) => self.skip = *count,
            Step::Part(layout) => self.push(layout, 1),
            Step::Score => {
                let Some(length) = source.token(chunk, token::byte)? else { return Ok(false) };
                self.skip = if length < 253 { length.into() } else { 0 };
            }
            Step::Str | Step::Text => {
                let Some(header) = source.token(chunk, string::parse)? else { return Ok(false) };
                self.string(header, matches!(step, Step::Text));
            }
            Step::Length | Step::Repeat(_) | Step::RepeatAfter(..) | Step::Choice(_) | Step::UntilZero(_) => {
                let Some(length) = source.token(chunk, length::parse)? else { return Ok(false) };
                self.length = length;
                match step {
                    Step::Repeat(layout) => self.push(layout, length),
                    Step::RepeatAfter(first, layout) => {
                        self.push(layout, length);
                        self.push(first, 1);
                    }
                    Step::Choice(choices) => self.choose(choices, source)?,
                    Step::UntilZero(choices) if length > 0 => {
                        self.come_back();
                        self.choose(choices, source)?;
                    }
                    _ => {}
                }
            }
        }
        Ok(true)
    }

    /// Makes the step that is carried out the next one again.
    fn come_back(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.next -= 1;
        }
    }

    fn choose(&mut self, choices: &Choices, source: &Source) -> Result<(), Error> {
        let layout = choices.layout(self.length).ok_or_else(|| source.error(ErrorKind::Expected(choices.name)))?;
        self.push(layout, 1);
        Ok(())
    }

    fn string(&mut self, header: Header, is_kept: bool) {
        let mut text = Vec::new();
        match header {
            Header::Plain(length) => {
                self.skip = length;
                self.keep = is_kept && length <= LONGEST_TEXT;
            }
            Header::Compressed { stored, original } => self.compressed = Some(Compressed::new(stored, original)),
            Header::Number(number) if is_kept => text = number.to_string().into_bytes(),
            Header::Number(_) => {}
        }
        if is_kept {
            self.texts.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::MODULE_OPCODES;

    const INNER: Layout = &[Step::Repeat(&[Step::Length]), MODULE_OPCODES];
    const OUTER: Layout = &[Step::Repeat(&[Step::RepeatAfter(&[Step::Bytes(1)], INNER)])];

    #[test]
    fn memory_does_not_grow_with_what_is_fed() {
        let (mut machine, mut source) = (Machine::default(), Source::default());
        machine.begin([OUTER, &[]]);
        // So many times: a byte, no lengths, and the numbers of a module.
        let mut bytes = [&[0x81][..], &u64::MAX.to_be_bytes(), &[0x81], &u64::MAX.to_be_bytes(), &[0]].concat();
        for _ in 0..1_000 {
            bytes.extend_from_slice(&[0, 1, 5, 2, 5, 0]);
        }
        for byte in bytes {
            assert_eq!(machine.run(&mut source, &mut &[byte][..]), Ok(false));
            assert!(machine.frames.len() <= 5, "{machine:?}");
        }
    }

    #[test]
    fn only_short_plain_strings_are_kept() {
        let (mut machine, mut source) = (Machine::default(), Source::default());
        machine.begin([&[Step::Text, Step::Str, Step::Text], &[Step::Text, Step::Text]]);
        let long = [&[0x40, 65][..], &[b'x'; 65]].concat();
        let bytes = [&b"\x03abc\x03def"[..], &long, b"\xc3\x02\x01\x00z\xc0\xff"].concat();
        for byte in bytes {
            machine.run(&mut source, &mut &[byte][..]).unwrap();
        }
        assert_eq!(machine.run(&mut source, &mut &[][..]), Ok(true));
        assert_eq!(machine.texts(), [&b"abc"[..], b"", b"", b"-1"]);
    }
}
