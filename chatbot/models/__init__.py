"""Language models behind one protocol: what they are asked, how long they may take, when they are left alone."""
