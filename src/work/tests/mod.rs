//! The use cases over the sandbox.
