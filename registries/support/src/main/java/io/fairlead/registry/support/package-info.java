/**
 * The parts that every registry adapter needs besides its protocol and its mapping: a {@link
 * io.fairlead.registry.support.RegistryMirror} that turns what was read into calls of the sink, and
 * an {@link io.fairlead.registry.support.AdapterThread} to read on.
 */
@NullMarked
package io.fairlead.registry.support;

import org.jspecify.annotations.NullMarked;
