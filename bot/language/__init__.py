"""How people write, whatever they write about: spelling, pieces, words, numbers, languages. Knows no product."""
