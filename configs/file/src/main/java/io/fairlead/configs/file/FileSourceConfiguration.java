package io.fairlead.configs.file;

import io.fairlead.common.Key;
import java.nio.file.Path;
import java.time.Duration;

/** Configuration of a config source of type {@code file}. */
public record FileSourceConfiguration(
    @Key(
            "a folder, of which every *.yaml and *.yml below is read, or one file; relative to the"
                + " configuration file. Names that begin with a dot are left out: editors, git and"
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
                "quiet time after an event before the files are read, so that what a tool writes in"
                    + " several steps is one change; a git checkout is waited for to its end",
            defaultValue = "200ms",
            min = "0s",
            max = "10s")
        Duration settle) {}
