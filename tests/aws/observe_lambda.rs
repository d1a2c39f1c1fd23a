//! Functions and all around them: what Lambda answers, as facts.

mod functions;
mod mappings;
mod permissions;
mod qualifiers;
mod shop;
mod templates;
