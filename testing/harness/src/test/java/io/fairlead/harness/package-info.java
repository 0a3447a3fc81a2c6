/** Tests of the harness against the real servers that it starts. */
@NullMarked
package io.fairlead.harness;

import org.jspecify.annotations.NullMarked;
