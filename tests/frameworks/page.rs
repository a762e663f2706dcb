//! What a browser shows: where it ended up, and the little of HTML that tests look for.

use clutch_tests::support::Response;

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    /// Path and query, after all redirects.
    pub(super) target: String,
    /// What came from there.
    pub(super) response: Response,
}

impl Page {
    /// The text of a page with status 200.
    pub(super) fn ok(&self) -> &str {
        self.response.ok()
    }

    /// The target of the first link whose attribute begins with `prefix`.
    pub(super) fn link(&self, prefix: &str) -> String {
        attributes(self.ok(), "href")
            .into_iter()
            .find(|target| target.starts_with(prefix))
            .unwrap_or_else(|| panic!("no link {prefix}… in {}", self.ok()))
    }

    /// The targets of all links, as written.
    pub(super) fn links(&self) -> Vec<String> {
        attributes(self.ok(), "href")
    }

    /// The value of the input called `name`.
    pub(super) fn input(&self, name: &str) -> String {
        let marks = [format!("name=\"{name}\""), format!("name='{name}'")];
        let tag = self
            .ok()
            .split('<')
            .find(|tag| tag.starts_with("input") && marks.iter().any(|mark| tag.contains(mark)));
        let tag = tag.unwrap_or_else(|| panic!("no input {name} in {}", self.ok()));
        attributes(tag, "value").pop().unwrap_or_default()
    }
}

/// The values of all attributes called `name`, in order.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    for part in html.split(&format!(" {name}=")).skip(1) {
        let quote = part.chars().next().unwrap_or(' ');
        if let Some(value) = part[1..].split(quote).next() {
            values.push(value.replace("&amp;", "&"));
        }
    }
    values
}

#[test]
fn attributes_are_found_whatever_their_quotes() {
    let html = "<a class=x href='/a'>a</a> <a href=\"/b?x=1&amp;y=2\">b</a>";
    assert_eq!(attributes(html, "href"), ["/a", "/b?x=1&y=2"]);
}
