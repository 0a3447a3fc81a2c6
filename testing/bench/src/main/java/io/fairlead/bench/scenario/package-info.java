/** The scenarios that {@code make bench} runs. */
@NullMarked
package io.fairlead.bench.scenario;

import org.jspecify.annotations.NullMarked;
