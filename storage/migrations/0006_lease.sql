-- Several processes on one database: the lease says which of them polls, delivers, writes back and schedules.
CREATE TABLE lease (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  fence   INTEGER NOT NULL,
  holder  TEXT NOT NULL,
  process TEXT NOT NULL,
  beat    INTEGER NOT NULL
);
