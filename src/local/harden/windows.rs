//! Windows: nothing that safe calls could do; crash dumps are a system setting (Windows Error Reporting).

pub(super) fn process() {}
