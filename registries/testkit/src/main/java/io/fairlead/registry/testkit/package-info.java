/**
 * The tests that every registry adapter must pass, those of other parties included: extend {@link
 * io.fairlead.registry.testkit.AdapterContract} with a real registry.
 */
@NullMarked
package io.fairlead.registry.testkit;

import org.jspecify.annotations.NullMarked;
