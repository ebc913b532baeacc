"""The public benchmarks, one module each: where it comes from, how it is read, asked and judged."""
