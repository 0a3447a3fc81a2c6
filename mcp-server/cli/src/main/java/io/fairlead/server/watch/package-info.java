/** The {@code fairlead watch} command: a client as istiod is, for people to see what is served. */
@NullMarked
package io.fairlead.server.watch;

import org.jspecify.annotations.NullMarked;
