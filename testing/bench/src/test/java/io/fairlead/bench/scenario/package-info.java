@NullMarked
package io.fairlead.bench.scenario;

import org.jspecify.annotations.NullMarked;
