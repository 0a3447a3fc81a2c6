/** Collections that know nothing of what is in them, for the state of the commit thread. */
@NullMarked
package io.fairlead.aggregation.collect;

import org.jspecify.annotations.NullMarked;
