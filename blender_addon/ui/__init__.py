"""The add-on's window: preferences, panel, operators and the timer that brings results in."""
