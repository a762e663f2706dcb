//! Which script a URL path means: `WSGIScriptAlias` and `WSGIScriptAliasMatch`.

use std::borrow::Cow;

use crate::config::alias_options::AliasOptions;
use crate::config::expression::{Search, substitute};
use crate::config::preload::Preload;
use crate::group::GroupTemplate;

/// How an alias recognises its paths.
#[derive(Debug)]
pub enum Pattern {
    /// Paths below this one.
    Prefix(Box<[u8]>),
    /// Paths that match this expression.
    Search(Box<dyn Search>),
}

/// A URL path, or many, and the script that serves it.
#[derive(Debug)]
pub struct Alias {
    /// Which paths.
    pub pattern: Pattern,
    /// File or directory, as written.
    pub target: Box<[u8]>,
    /// What holds for requests that come this way.
    pub options: AliasOptions,
}

/// A file name in two parts, to be written one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName<'a> {
    /// The target of the alias.
    pub target: Cow<'a, [u8]>,
    /// What the URL path has beyond the alias.
    pub rest: &'a [u8],
}

impl Alias {
    /// The file that `path` means through this alias; `None` if it is not one of its paths.
    ///
    /// An alias for `/` alone, and a match of nothing but the first slash, keep the whole path.
    pub fn file_name<'a>(&'a self, path: &'a [u8]) -> Option<FileName<'a>> {
        let (target, end) = match &self.pattern {
            Pattern::Prefix(prefix) => {
                let end = prefix_end(prefix, path)?;
                let root = prefix.iter().all(|&byte| byte == b'/');
                ((&*self.target).into(), if root { 0 } else { end })
            }
            Pattern::Search(expression) => {
                let matched = expression.search(path)?;
                let end = matched[0].as_ref()?.end;
                let root = path.get(..end)? == b"/";
                let target = substitute(&self.target, path, &matched);
                (target.into(), if root { 0 } else { end })
            }
        };
        let rest = &path[end..];
        Some(FileName { target, rest })
    }
}

impl Alias {
    /// The script to load when a process starts: if the alias names both groups, and no request is needed to know them
    /// and the script.
    pub fn preload(&self) -> Option<Preload> {
        let process_group = fixed(self.options.process_group.as_ref()?)?;
        let group = fixed(self.options.application_group.as_ref()?)?;
        let script = &*self.target;
        let varies = matches!(self.pattern, Pattern::Search(_)) && script.contains(&b'$');
        (!varies).then(|| Preload {
            process_group: process_group.into(),
            group: group.into(),
            script: script.into(),
        })
    }
}

/// The name that a group has for every request.
fn fixed(group: &GroupTemplate) -> Option<&[u8]> {
    match group {
        GroupTemplate::Global => Some(&[]),
        GroupTemplate::Name(name) if !name.windows(2).any(|pair| pair == b"%{") => Some(name),
        _ => None,
    }
}

/// Where `prefix` ends in `path`, if it stands at its start.
///
/// A run of slashes matches any other. A prefix that does not end with a slash matches whole path segments only. The
/// empty prefix stands nowhere.
fn prefix_end(prefix: &[u8], path: &[u8]) -> Option<usize> {
    let slashes = |text: &[u8]| text.iter().take_while(|&&byte| byte == b'/').count();
    let (mut at, mut end) = (0, 0);
    while at < prefix.len() {
        if *path.get(end)? != prefix[at] {
            return None;
        }
        let is_slash = prefix[at] == b'/';
        at += if is_slash { slashes(&prefix[at..]) } else { 1 };
        end += if is_slash { slashes(&path[end..]) } else { 1 };
    }
    let whole_segment = *prefix.last()? == b'/' || path.get(end).is_none_or(|&byte| byte == b'/');
    whole_segment.then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Alias, AliasOptions, Pattern, prefix_end};
    use crate::config::expression::{Matched, Search};

    fn mapped(pattern: Pattern, target: &str, path: &str) -> Option<String> {
        let alias = Alias {
            pattern,
            target: target.as_bytes().into(),
            options: AliasOptions::default(),
        };
        let name = alias.file_name(path.as_bytes())?;
        Some(String::from_utf8([&name.target, name.rest].concat()).unwrap())
    }

    fn below(prefix: &str, target: &str, path: &str) -> Option<String> {
        mapped(Pattern::Prefix(prefix.as_bytes().into()), target, path)
    }

    #[test]
    fn an_alias_maps_what_is_below_its_path() {
        for (prefix, target, path, file) in [
            ("/foo", "/srv/foo.wsgi", "/foo/a/b", "/srv/foo.wsgi/a/b"),
            ("/foo", "/srv/foo.wsgi", "/foo", "/srv/foo.wsgi"),
            (
                "/apps/",
                "/srv/apps/",
                "/apps/x.wsgi/y",
                "/srv/apps/x.wsgi/y",
            ),
            ("/foo", "/srv/foo.wsgi", "//foo//a", "/srv/foo.wsgi//a"),
            ("//foo", "/srv/foo.wsgi", "/foo/a", "/srv/foo.wsgi/a"),
            ("/a/b", "/srv/x", "/a///b/c", "/srv/x/c"),
        ] {
            assert_eq!(below(prefix, target, path).as_deref(), Some(file), "{path}");
        }
    }

    #[test]
    fn an_alias_takes_whole_segments_only() {
        for (prefix, path) in [
            ("/foo", "/foobar"),
            ("/foo", "/fo"),
            ("/foo", "/Foo"),
            ("/foo/", "/foo"),
            ("/foo", "/"),
            ("/foo", ""),
            ("", "/foo"),
        ] {
            assert_eq!(below(prefix, "/srv/x", path), None, "{prefix} {path}");
        }
    }

    #[test]
    fn an_alias_for_the_root_keeps_the_whole_path() {
        for (path, file) in [
            ("/", "/srv/app.wsgi/"),
            ("/a/b", "/srv/app.wsgi/a/b"),
            ("//a", "/srv/app.wsgi//a"),
        ] {
            assert_eq!(below("/", "/srv/app.wsgi", path).as_deref(), Some(file));
        }
    }

    /// Finds one word, wherever it stands.
    #[derive(Debug)]
    struct Word(&'static str);

    impl Search for Word {
        fn search(&self, path: &[u8]) -> Option<Matched> {
            let start = std::str::from_utf8(path).unwrap().find(self.0)?;
            let mut matched = Matched::default();
            matched[0] = Some(start..start + self.0.len());
            Some(matched)
        }
    }

    #[test]
    fn a_match_drops_what_stands_before_it() {
        for (word, path, file) in [
            ("/app", "/x/app/y", Some("/srv/app.wsgi/y")),
            ("/app", "/x/app", Some("/srv/app.wsgi")),
            ("/", "/x", Some("/srv/app.wsgi/x")),
            ("no", "/x", None),
        ] {
            let pattern = Pattern::Search(Box::new(Word(word)));
            assert_eq!(mapped(pattern, "/srv/app.wsgi", path).as_deref(), file);
        }
        let pattern = Pattern::Search(Box::new(Word("app")));
        let file = mapped(pattern, "/srv/$0.wsgi", "/app/x");
        assert_eq!(file.as_deref(), Some("/srv/app.wsgi/x"));
    }

    #[test]
    fn a_script_is_loaded_at_start_if_no_request_is_needed_to_know_its_groups() {
        let alias = |pattern, target: &str, words: &[&str]| Alias {
            pattern,
            target: target.as_bytes().into(),
            options: {
                let words: Vec<_> = words.iter().map(|word| word.as_bytes()).collect();
                AliasOptions::parse(&words).unwrap()
            },
        };
        let prefix = || Pattern::Prefix(b"/".as_slice().into());
        let search = || Pattern::Search(Box::new(Word("/")));
        let (here, shop) = ("process-group=%{GLOBAL}", "application-group=shop");
        for (alias, group) in [
            (alias(prefix(), "/a", &[here, shop]), Some("shop")),
            (
                alias(prefix(), "/a", &[here, "application-group=%{GLOBAL}"]),
                Some(""),
            ),
            (alias(prefix(), "/$1", &[here, shop]), Some("shop")),
            (alias(search(), "/a", &[here, shop]), Some("shop")),
            (alias(search(), "/$1", &[here, shop]), None),
            (alias(prefix(), "/a", &[shop]), None),
            (alias(prefix(), "/a", &[here]), None),
            (
                alias(prefix(), "/a", &[here, "application-group=%{SERVER}"]),
                None,
            ),
            (
                alias(prefix(), "/a", &[here, "application-group=%{X}"]),
                None,
            ),
        ] {
            let found = alias.preload();
            let groups = found
                .as_ref()
                .map(|preload| (&*preload.process_group, &*preload.group));
            let group = group.map(|group| (&b""[..], group.as_bytes()));
            assert_eq!(groups, group, "{alias:?}");
        }
        let daemons = alias(prefix(), "/a", &["process-group=one", shop]);
        assert_eq!(&*daemons.preload().unwrap().process_group, b"one");
        for word in ["process-group=%{SERVER}", "process-group=%{X}"] {
            let alias = alias(prefix(), "/a", &[word, shop]);
            assert_eq!(alias.preload(), None, "{word}");
        }
    }

    proptest! {
        #[test]
        fn a_path_below_a_prefix_matches_it_however_many_slashes(
            segments in prop::collection::vec("[a-z]{1,3}", 1..4),
            extra in prop::collection::vec(1_usize..4, 4),
        ) {
            let prefix: String = segments.iter().map(|name| format!("/{name}")).collect();
            let path: String =
                segments.iter().zip(&extra).map(|(name, &count)| "/".repeat(count) + name).collect();
            prop_assert_eq!(prefix_end(prefix.as_bytes(), path.as_bytes()), Some(path.len()));
        }

        #[test]
        fn a_match_never_ends_outside_the_path(prefix in "[/a]{0,6}", path in "[/a]{0,6}") {
            if let Some(end) = prefix_end(prefix.as_bytes(), path.as_bytes()) {
                prop_assert!(end <= path.len());
            }
        }
    }
}
