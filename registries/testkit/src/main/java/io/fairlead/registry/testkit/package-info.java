/**
 * What every registry adapter must pass, for adapters of other parties too: extend {@link
 * io.fairlead.registry.testkit.AdapterContract} with a real registry.
 */
@NullMarked
package io.fairlead.registry.testkit;

import org.jspecify.annotations.NullMarked;
