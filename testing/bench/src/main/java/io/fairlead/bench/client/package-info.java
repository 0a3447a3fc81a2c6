/** Lean xDS clients that count what they get without decoding it. */
@NullMarked
package io.fairlead.bench.client;

import org.jspecify.annotations.NullMarked;
