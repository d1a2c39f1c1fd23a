//! The graph as one self-contained page: the drawing, what it leaves out, and a table of every edge.

use maud::{Markup, html};

use super::{
    Crowd, FEW, Picture,
    svg::{drawing, legend},
    words::doubt,
};
use crate::{report::page, source::printable};

const STYLE: &str = include_str!("page.css");

/// More rows than this make a page that browsers show slowly; JSON has them all.
const MOST_ROWS: usize = 5_000;

/// The whole page.
pub fn page(picture: &Picture) -> String {
    let title = format!("Graph of {}", printable(&picture.title));
    let (_, crowds) = picture.arrows();
    let main = html! {
        header { h1 { (title) } p { (picture.summary()) } (legend()) }
        figure tabindex="0" { (drawing(picture)) }
        (left_out(&crowds))
        (unsettled(picture))
        (table(picture))
    };
    page::page(&title, &[STYLE], &main)
}

fn left_out(crowds: &[Crowd<'_>]) -> Markup {
    html! {
        @if !crowds.is_empty() {
            section {
                h2 { "Not drawn: more than " (FEW) " of a kind by a wildcard" }
                ul { @for crowd in crowds { li { (printable(&crowd.words())) } } }
            }
        }
    }
}

fn unsettled(picture: &Picture) -> Markup {
    html! {
        @if !picture.unsettled.is_empty() {
            section {
                h2 { "What nobody can tell" }
                ul { @for it in picture.unsettled.iter().take(MOST_ROWS) { li { (printable(&doubt(it))) } } }
                (more(picture.unsettled.len()))
            }
        }
    }
}

fn table(picture: &Picture) -> Markup {
    html! {
        @if !picture.lines.is_empty() {
            section {
                table {
                    caption { "Every relation" }
                    thead { tr { th { "from" } th { "relation" } th { "to" } th { "remarks" } th { "said by" } } }
                    tbody {
                        @for line in picture.lines.iter().take(MOST_ROWS) {
                            tr {
                                td { (printable(line.edge.from.as_str())) }
                                td { (line.edge.relation.verb()) }
                                td { (printable(line.edge.to.as_str())) }
                                td { (printable(&line.remarks())) }
                                td.place { (printable(&format!("{} {}", line.edge.said_by, line.edge.place))) }
                            }
                        }
                    }
                }
                (more(picture.lines.len()))
            }
        }
    }
}

fn more(rows: usize) -> Markup {
    html! { @if rows > MOST_ROWS { p { (rows - MOST_ROWS) " more; the JSON form has them all." } } }
}
