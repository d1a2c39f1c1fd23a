//! Paragraphs of 80 columns. Ids and URLs are never broken: they are there to be copied. Control characters are shown,
//! not sent: much of the text comes out of templates, and must not drive the terminal.

use textwrap::{Options, WordSplitter};

use crate::source::printable;

/// The width of everything that people read.
pub const WIDTH: usize = 80;

/// The lines of `text` in `width` columns; a longer word stands alone.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    textwrap::wrap(&printable(text), whole_words(Options::new(width))).into_iter().map(String::from).collect()
}

/// A paragraph of [`WIDTH`] columns behind a mark; its further lines stand below the first.
pub fn marked(mark: &str, text: &str) -> String {
    let below = " ".repeat(mark.chars().count());
    textwrap::fill(&printable(text), whole_words(Options::new(WIDTH)).initial_indent(mark).subsequent_indent(&below))
}

fn whole_words(options: Options<'_>) -> Options<'_> {
    options.break_words(false).word_splitter(WordSplitter::NoHyphenation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_whole() {
        let id = "lambda-no-secret-in-env";
        let text = format!("{} {id} on Orders", "x".repeat(70));
        assert!(lines(&text, WIDTH).iter().any(|line| line.contains(id)), "{:?}", lines(&text, WIDTH));
        assert_eq!(marked("- ", "one two"), "- one two");
        let long = "y".repeat(100);
        assert_eq!(lines(&long, WIDTH), [long.as_str()]);
    }
}
