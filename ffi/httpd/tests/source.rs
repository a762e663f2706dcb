//! What the files in `src/` declare, read from their text.

use std::fs;
use std::path::Path;

/// A function, or the type of one.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Rust types of the parameters; the last is `...` if more may follow.
    pub takes: Vec<String>,
    /// Rust type; `()` if there is none.
    pub returns: String,
}

/// A variable.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub of: String,
}

/// Everything declared outside `c_struct!` and `c_const!`.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// C headers that have a file.
    pub headers: Vec<String>,
    pub functions: Vec<Function>,
    pub variables: Vec<Variable>,
    /// `pub type x = y;`, where y is no function.
    pub aliases: Vec<Variable>,
    /// `pub type x = unsafe extern "C" fn(…) -> …;`
    pub function_types: Vec<Function>,
}

/// Reads `src/`.
pub(crate) fn declared() -> Declared {
    let mut found = Declared::default();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(sources).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if stem != "lib" && stem != "layout" {
            found.headers.push(format!("{stem}.h"));
            found.read(&fs::read_to_string(&path).unwrap());
        }
    }
    found.headers.sort();
    found
}

impl Declared {
    fn read(&mut self, text: &str) {
        let code: String = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default().trim())
            .collect::<Vec<_>>()
            .join(" ");
        for statement in code.split(';') {
            let Some((_, item)) = statement.rsplit_once("pub ") else {
                continue;
            };
            if let Some(signature) = item.strip_prefix("fn ") {
                let (name, rest) = signature.split_once('(').unwrap();
                self.functions.push(function(name, rest));
            } else if let Some(variable) = item.strip_prefix("static ") {
                let variable = variable.trim_start_matches("mut ");
                self.variables.push(pair(variable, ':'));
            } else if let Some(alias) = item.strip_prefix("type ") {
                let alias = pair(alias, '=');
                match alias.of.strip_prefix("unsafe extern \"C\" fn(") {
                    Some(rest) => self.function_types.push(function(&alias.name, rest)),
                    None => self.aliases.push(alias),
                }
            }
        }
    }
}

fn pair(text: &str, between: char) -> Variable {
    let (name, of) = text.split_once(between).unwrap();
    Variable {
        name: name.trim().into(),
        of: of.trim().into(),
    }
}

/// `rest` is what follows the opening parenthesis.
fn function(name: &str, rest: &str) -> Function {
    let (takes, returns) = rest.split_once(')').unwrap();
    let takes = takes
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(|one| one.split_once(": ").map_or(one, |(_, of)| of).into())
        .collect();
    let returns = returns.trim().strip_prefix("->").unwrap_or("()").trim();
    Function {
        name: name.trim().into(),
        takes,
        returns: returns.into(),
    }
}
