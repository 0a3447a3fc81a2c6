//go:build tools

package tools

import (
	_ "github.com/norwoodj/helm-docs/cmd/helm-docs"
)
