"""What is known and how it is found: values, store, indexes, drug names, retriever."""
