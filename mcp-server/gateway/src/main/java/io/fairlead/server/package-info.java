/** The gateway: adapters, registries, store, xDS and admin server put together. */
@NullMarked
package io.fairlead.server;

import org.jspecify.annotations.NullMarked;
