//! The binary in a pseudo terminal: what it shows, what it writes, and how it leaves.
