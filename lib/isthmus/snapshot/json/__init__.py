"""Reading parts of JSON: lines of a stream, typed records, blocks of records as columns."""
