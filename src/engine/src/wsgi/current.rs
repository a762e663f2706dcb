//! The call that a thread runs.

use std::cell::RefCell;
use std::sync::Arc;

use super::call::Call;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Call>>> = const { RefCell::new(None) };
}

/// Marks a call as the one this thread runs, until dropped.
pub(super) struct Current(Option<Arc<Call>>);

impl Current {
    pub(super) fn set(call: &Arc<Call>) -> Self {
        Self(CURRENT.replace(Some(Arc::clone(call))))
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let call = CURRENT.replace(self.0.take());
        drop(call);
    }
}

/// Ends a call when dropped.
pub(super) struct End<'a>(pub(super) &'a Call);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Call {
    /// The call this thread runs, if it runs one.
    pub fn current() -> Option<Arc<Call>> {
        CURRENT.with_borrow(Option::clone)
    }

    /// Runs `work` without a current call: what Python prints meanwhile goes to the server's log.
    pub fn without_current<R>(work: impl FnOnce() -> R) -> R {
        let _current = Current(CURRENT.replace(None));
        work()
    }
}
