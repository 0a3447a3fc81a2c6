/** Compares the .proto files of this module with Istio's own. */
@NullMarked
package io.fairlead.istio;

import org.jspecify.annotations.NullMarked;
