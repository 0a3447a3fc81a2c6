/** The admin server: health, metrics, the read API and the console. */
@NullMarked
package io.fairlead.server.admin;

import org.jspecify.annotations.NullMarked;
