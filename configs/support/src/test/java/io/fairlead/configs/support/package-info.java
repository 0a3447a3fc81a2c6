/** Tests with a real Consul. */
@NullMarked
package io.fairlead.configs.support;

import org.jspecify.annotations.NullMarked;
