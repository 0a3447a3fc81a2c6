/**
 * The {@code fairlead} command. Results go to the standard output, logs and complaints to the
 * standard error; exit codes are 0 for done, 1 for failed, 2 for wrong use or an invalid
 * configuration.
 */
@NullMarked
package io.fairlead.server.cli;

import org.jspecify.annotations.NullMarked;
