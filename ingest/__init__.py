"""From a public file to sections and passages in the knowledge base."""
