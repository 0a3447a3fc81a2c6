/** The console in a real browser. */
@NullMarked
package io.fairlead.console;

import org.jspecify.annotations.NullMarked;
