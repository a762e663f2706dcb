//! `<Macro>`, `Use` and `UndefMacro` of mod_macro: text that is kept, and read again where it is used.

use std::collections::BTreeMap;

use super::configuration::{Place, Unused};
use super::lines;

/// The most text that macros lead to, in bytes. A line costs [`LINE`] more.
const MOST_TEXT: usize = 16 * 1024 * 1024;

/// What a line costs whatever stands in it.
const LINE: usize = 64;

/// How deep macros may use each other. httpd knows no bound but that none may use itself.
const DEEPEST_USE: usize = 50;

/// A line of a macro.
type Kept = (Place, Vec<u8>);

/// A macro as it was defined.
#[derive(Debug)]
struct Macro {
    /// As it was written.
    name: Vec<u8>,
    parameters: Vec<Vec<u8>>,
    place: Place,
    lines: Vec<Kept>,
    /// Something has used it.
    is_used: bool,
    /// It is being read, so that it must not be used.
    is_open: bool,
}

/// The macros of a configuration.
#[derive(Debug, Default)]
pub(super) struct Macros {
    /// By their names in lower case.
    defined: BTreeMap<Vec<u8>, Macro>,
    /// The one whose lines are being kept, and how many others have begun in it.
    begun: Option<(Macro, usize)>,
    /// Those that can be used no more.
    gone: Vec<Macro>,
    /// How many are being read, one within another.
    depth: usize,
    /// How much text they have led to.
    text: usize,
}

impl Macros {
    /// `<Macro NAME [PARAMETER…]>`
    ///
    /// # Errors
    ///
    /// A predicate: there is no name, or a parameter is named twice. The lines are kept all the same.
    pub(super) fn begin(&mut self, words: &[Vec<u8>], place: Place) -> Result<(), String> {
        let name = words.first().map(Vec::as_slice).unwrap_or_default();
        let parameters = words.get(1..).unwrap_or_default();
        let begun = Macro {
            name: name.to_vec(),
            parameters: parameters.to_vec(),
            place,
            lines: Vec::new(),
            is_used: false,
            is_open: false,
        };
        self.begun = Some((begun, 0));
        let is_twice =
            |(at, name): &(usize, &Vec<u8>)| parameters[..*at].iter().any(|other| other == *name);
        match parameters.iter().enumerate().find(is_twice) {
            _ if name.is_empty() => Err("takes a name, and has none".into()),
            Some((_, twice)) => Err(format!(
                "takes each name of a parameter once, and {} stands twice",
                shown(twice)
            )),
            None => Ok(()),
        }
    }

    /// Keeps `line` if a macro is being defined; its last line defines it. Whether one is.
    pub(super) fn take(&mut self, place: Place, line: &[u8]) -> bool {
        let Some((begun, nested)) = &mut self.begun else {
            return false;
        };
        let is = |start: &[u8]| {
            let head = line.get(..start.len());
            let next = line.get(start.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(start))
                && next.is_none_or(|&byte| byte == b'>' || byte.is_ascii_whitespace())
        };
        match (is(b"</Macro"), *nested) {
            (true, 0) => {
                if let Some((done, _)) = self.begun.take() {
                    let key = done.name.to_ascii_lowercase();
                    self.gone.extend(self.defined.insert(key, done));
                }
                return true;
            }
            (true, _) => *nested -= 1,
            (false, _) if is(b"<Macro") => *nested += 1,
            (false, _) => (),
        }
        begun.lines.push((place, line.to_vec()));
        true
    }

    /// The macro whose end is missing; it is defined by what was kept of it.
    pub(super) fn end(&mut self) -> Option<Place> {
        let (begun, _) = self.begun.take()?;
        let place = begun.place;
        self.gone.push(begun);
        Some(place)
    }

    /// `Use NAME [VALUE…]`: the lines of the macro, with its parameters replaced. [`Macros::leave`] follows when they were read.
    ///
    /// # Errors
    ///
    /// A predicate: why it cannot be used so.
    pub(super) fn enter(&mut self, words: &[Vec<u8>]) -> Result<Vec<Kept>, String> {
        let (name, values) = words.split_first().ok_or("takes a name, and has none")?;
        let found = self.defined.get_mut(&name.to_ascii_lowercase());
        let found = found
            .ok_or_else(|| format!("names the macro {}, which nothing defines", shown(name)))?;
        found.is_used = true;
        let (given, taken) = (values.len(), found.parameters.len());
        if given != taken {
            let name = shown(name);
            return Err(format!(
                "gives {given} values to the macro {name}, which takes {taken}"
            ));
        }
        if found.is_open {
            return Err(format!("uses the macro {} in itself", shown(name)));
        }
        if self.depth >= DEEPEST_USE {
            return Err(format!(
                "would read more than {DEEPEST_USE} macros within one another"
            ));
        }
        let mut lines = Vec::with_capacity(found.lines.len());
        for (place, line) in &found.lines {
            let line = replaced(line, &found.parameters, values);
            self.text += line.len() + LINE;
            if self.text > MOST_TEXT {
                return Err("makes the text of macros too long to be read whole".into());
            }
            if line.len() > lines::LONGEST {
                return Err("makes a line that is too long to be read".into());
            }
            lines.push((*place, line));
        }
        found.is_open = true;
        self.depth += 1;
        Ok(lines)
    }

    /// The lines of the macro of this name were read.
    pub(super) fn leave(&mut self, name: &[u8]) {
        self.depth -= 1;
        if let Some(found) = self.defined.get_mut(&name.to_ascii_lowercase()) {
            found.is_open = false;
        }
    }

    /// `UndefMacro NAME`
    ///
    /// # Errors
    ///
    /// A predicate: there is no such macro.
    pub(super) fn undefine(&mut self, name: &[u8]) -> Result<(), String> {
        let gone = self.defined.remove(&name.to_ascii_lowercase());
        let is_there = gone.is_some();
        self.gone.extend(gone);
        match is_there {
            true => Ok(()),
            false => Err(format!(
                "names the macro {}, which nothing defines",
                shown(name)
            )),
        }
    }

    /// Those that nothing has used.
    pub(super) fn unused(self) -> Vec<Unused> {
        let all = self.gone.into_iter().chain(self.defined.into_values());
        let unused = all.filter(|one| !one.is_used).map(|one| Unused {
            name: one.name,
            lines: one.lines,
        });
        unused.collect()
    }
}

/// `line` with each name of `parameters` replaced by its value, from left to right, the longest name first; what was put in is not
/// looked at again.
fn replaced(line: &[u8], parameters: &[Vec<u8>], values: &[Vec<u8>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&first, after)) = rest.split_first() {
        let pairs = parameters.iter().zip(values);
        let fitting = pairs.filter(|(name, _)| !name.is_empty() && rest.starts_with(name));
        match fitting.max_by_key(|(name, _)| name.len()) {
            Some((name, value)) if text.len() <= lines::LONGEST => {
                text.extend_from_slice(value);
                rest = &rest[name.len()..];
            }
            _ => {
                text.push(first);
                rest = after;
            }
        }
    }
    text
}

fn shown(name: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::replaced;

    fn made(line: &str, pairs: &[(&str, &str)]) -> String {
        let (names, values): (Vec<_>, Vec<_>) = pairs
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .unzip();
        String::from_utf8(replaced(line.as_bytes(), &names, &values)).unwrap()
    }

    #[test]
    fn parameters_are_replaced_once_and_the_longest_name_first() {
        for (line, text) in [
            ("$x/$xy $z", "1/2 $z"),
            ("a$x$x", "a11"),
            ("%v", "$x"),
            ("$", "$"),
            ("", ""),
        ] {
            let pairs = [("$x", "1"), ("$xy", "2"), ("%v", "$x"), ("", "never")];
            assert_eq!(made(line, &pairs), text, "{line}");
        }
    }

    proptest! {
        #[test]
        fn a_line_without_parameters_stays(line in "[^$]{0,40}") {
            prop_assert_eq!(made(&line, &[("$x", "1")]), line);
        }
    }
}
