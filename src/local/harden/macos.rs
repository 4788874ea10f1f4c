//! macOS and the BSDs: no core file. Denying attachment needs `ptrace(PT_DENY_ATTACH)`, for which there is no safe
//! call.

use rustix::process::{Resource, Rlimit, setrlimit};

pub(super) fn process() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}
