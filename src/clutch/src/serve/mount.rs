//! What is served where: `URL=SCRIPT` and `URL=DIR` as typed.

use std::path::PathBuf;
use std::str::FromStr;

/// An application below a URL path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// A canonical URL path, see [`url_path`].
    pub(crate) url: String,
    /// Its WSGI script.
    pub(crate) script: PathBuf,
    /// The application group that it runs in, in httpd's words.
    pub(crate) group: String,
}

/// A directory of files below a URL path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alias {
    /// A canonical URL path, see [`url_path`].
    pub(crate) url: String,
    /// The directory.
    pub(crate) directory: PathBuf,
}

impl FromStr for Mount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (url, place) = halves(text, "URL=SCRIPT")?;
        let (script, group) = match place.rsplit_once(",group=") {
            Some((_, "")) => return Err("the group's name is missing after `,group=`".into()),
            Some((script, group)) => (script, group.to_owned()),
            None => (place, group_of(&url)),
        };
        if script.is_empty() {
            return Err("the script is missing after `=`".into());
        }
        Ok(Self {
            script: script.into(),
            url,
            group,
        })
    }
}

impl FromStr for Alias {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (url, directory) = halves(text, "URL=DIR")?;
        Ok(Self {
            url,
            directory: directory.into(),
        })
    }
}

fn halves<'text>(text: &'text str, form: &str) -> Result<(String, &'text str), String> {
    match text.split_once('=') {
        Some((_, "")) | None => Err(format!("expected {form}")),
        Some((url, place)) => Ok((url_path(url)?, place)),
    }
}

/// A URL path in the one form that httpd compares: beginning with a slash, without one at the end, `/` for the whole.
pub(crate) fn url_path(text: &str) -> Result<String, String> {
    let Some(path) = text.strip_prefix('/') else {
        return Err(format!("the URL path `{text}` does not begin with `/`"));
    };
    let path = path.trim_end_matches('/');
    if path.split('/').any(|part| matches!(part, "." | "..")) || path.contains("//") {
        return Err(format!("the URL path `{text}` is not canonical"));
    }
    if let Some(wrong) = path.chars().find(|letter| " ?#%".contains(*letter)) {
        return Err(format!("the URL path `{text}` contains `{wrong}`"));
    }
    Ok(format!("/{path}"))
}

/// The name of the group of an application that is given none: its URL path without the first slash, or `root`.
fn group_of(url: &str) -> String {
    match url.trim_start_matches('/') {
        "" => "root".into(),
        name => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Alias, Mount, url_path};

    #[test]
    fn a_mount_names_url_script_and_group() {
        let mount: Mount = "/flask/=apps/a=b,c.wsgi".parse().unwrap();
        assert_eq!(mount.url, "/flask");
        assert_eq!(mount.script, Path::new("apps/a=b,c.wsgi"));
        assert_eq!(mount.group, "flask");
        let mount: Mount = "/=x.wsgi,group=%{GLOBAL}".parse().unwrap();
        assert_eq!((&*mount.url, &*mount.group), ("/", "%{GLOBAL}"));
        assert_eq!("/=x".parse::<Mount>().unwrap().group, "root");
        assert_eq!("/a/b=x".parse::<Mount>().unwrap().group, "a/b");
    }

    #[test]
    fn an_alias_names_url_and_directory() {
        let alias: Alias = "/static=files".parse().unwrap();
        assert_eq!((&*alias.url, alias.directory), ("/static", "files".into()));
    }

    #[test]
    fn half_a_mount_is_refused() {
        for bad in ["", "/x", "/x=", "x=y", "/x=,group=g", "/x=y,group=", "=y"] {
            assert!(bad.parse::<Mount>().is_err(), "{bad}");
        }
    }

    #[test]
    fn url_paths_have_one_form() {
        for (typed, path) in [("/", "/"), ("//", "/"), ("/a/", "/a"), ("/a/b", "/a/b")] {
            assert_eq!(url_path(typed).as_deref(), Ok(path));
        }
        for bad in [
            "", "a", "/a/../b", "/./a", "/a//b", "/a b", "/a?b", "/a%20b",
        ] {
            assert!(url_path(bad).is_err(), "{bad}");
        }
    }
}
