/** JMH benchmarks of the parts. */
@NullMarked
package io.fairlead.bench.jmh;

import org.jspecify.annotations.NullMarked;
