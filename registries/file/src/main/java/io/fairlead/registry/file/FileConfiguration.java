package io.fairlead.registry.file;

import io.fairlead.common.Key;
import java.nio.file.Path;
import java.time.Duration;

/** Configuration of a registry of type {@code file}. */
public record FileConfiguration(
    @Key(
            "a folder, of which every *.yaml and *.yml below is read, or one file; relative to the"
                + " configuration file. Names that begin with a dot are left out: editors and"
                + " ConfigMap mounts keep their own things there")
        Path path,
    @Key(
            value =
                "time between looks at the files that need no event, for file systems that give"
                    + " none (network shares, links to files elsewhere)",
            defaultValue = "5s",
            min = "100ms",
            max = "1h")
        Duration rescan,
    @Key(
            value =
                "quiet time after an event before the files are read, for editors that write in"
                    + " several steps; a file that another is renamed to, and that still has all its"
                    + " services, is read at once",
            defaultValue = "50ms",
            min = "0s",
            max = "10s")
        Duration settle) {}
