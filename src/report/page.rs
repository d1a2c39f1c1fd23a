//! The frame of every HTML page: one file, no script, nothing fetched.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");

/// How plots look, on a page or as a picture of their own.
#[cfg(feature = "cli")]
pub(crate) const PLOT_STYLE: &str = include_str!("plot.css");

/// A page of this title, with styles besides those of every page. They are taken as they are, and so are constants.
pub(crate) fn page(title: &str, more_styles: &[&'static str], main: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) @for style in more_styles { (PreEscaped(style)) } }
            }
            body { main { (main) } }
        }
    }
    .into_string()
}
