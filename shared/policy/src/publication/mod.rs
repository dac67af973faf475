//! What is written where applications read it, decided.
