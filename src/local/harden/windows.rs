//! Windows: nothing a program can do by safe calls; crash dumps are the system's setting (Windows Error Reporting).

pub(super) fn process() {}
