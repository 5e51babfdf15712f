//! The shortest program that still shows what a program shows.
