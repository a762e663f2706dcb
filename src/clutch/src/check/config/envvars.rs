//! Debian's `envvars`, the shell file that sets httpd's environment there: its plain lines `export NAME=VALUE`.

use std::path::Path;

use clutch_core::apache::Files as _;

use super::disk::Disk;

/// What `envvars` beside `main` says; nothing if there is none.
pub(super) fn beside(main: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let file = main.with_file_name("envvars");
    Disk.read(&file)
        .map(|text| exports(&text))
        .unwrap_or_default()
}

/// The exports of a text whose values are plain. `$SUFFIX` is empty, as it is for the one instance that most machines have.
fn exports(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let text = String::from_utf8_lossy(text);
    let lines = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("export "));
    let pairs = lines.filter_map(|line| line.trim().split_once('='));
    let plain = pairs.map(|(name, value)| {
        let value = value.trim_matches(['"', '\'']);
        let value = value.replace("${SUFFIX}", "").replace("$SUFFIX", "");
        (name.to_owned(), value)
    });
    plain
        .filter(|(_, value)| !value.contains(['$', '`', ' ']))
        .map(|(name, value)| (name.into_bytes(), value.into_bytes()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::exports;

    #[test]
    fn plain_exports_are_read_and_others_are_not() {
        let text = "# comment\nunset HOME\nSUFFIX=\nexport APACHE_RUN_USER=www-data\n\
            export APACHE_LOG_DIR=\"/var/log/apache2$SUFFIX\"\nexport LANG=$(locale)\nexport LANG\n";
        let found = exports(text.as_bytes());
        let expected = [
            ("APACHE_RUN_USER", "www-data"),
            ("APACHE_LOG_DIR", "/var/log/apache2"),
        ];
        let expected = expected.map(|(name, value)| (name.into(), value.into()));
        assert_eq!(found, expected);
    }
}
