//! Answers that several resources share: asked for once, by whoever comes first.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use tokio::sync::OnceCell;

/// Results by key. Whoever asks while another asks already waits for that answer.
#[derive(Debug)]
pub struct Memo<K, V>(RefCell<BTreeMap<K, Rc<OnceCell<V>>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::new(BTreeMap::new()))
    }
}

impl<K: Ord, V: Clone> Memo<K, V> {
    /// The answer for this key; `ask` runs at most once for each.
    pub async fn get<F: Future<Output = V>>(&self, key: K, ask: impl FnOnce() -> F) -> V {
        let cell = self.0.borrow_mut().entry(key).or_default().clone();
        cell.get_or_init(ask).await.clone()
    }
}
