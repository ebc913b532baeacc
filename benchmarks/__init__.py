"""Speed, measured: each module prints ratios and the machine it ran on; none of it is a test."""
