"""Korean text: reading aloud, pronunciation, sentences, morphemes, sentence embeddings."""
