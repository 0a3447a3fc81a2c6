package com.example.lines;

import io.fairlead.common.Key;
import java.net.URI;
import java.time.Duration;

/** Configuration of one list. */
public record LinesConfiguration(
    @Key(
            value = "the address of the list",
            pattern = "^https?://.+$",
            expected = "http://HOST:PORT/PATH or https://HOST:PORT/PATH")
        URI url,
    @Key(value = "time between two reads", defaultValue = "5s", min = "100ms", max = "1h")
        Duration period,
    @Key(
            value = "how long what is missing is kept after the list could not be read",
            defaultValue = "1m")
        Duration settle) {}
