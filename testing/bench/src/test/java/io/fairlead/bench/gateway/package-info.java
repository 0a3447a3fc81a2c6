@NullMarked
package io.fairlead.bench.gateway;

import org.jspecify.annotations.NullMarked;
